"""Two lanes of work, so that long work never delays short work.

The short lane predicts drawings on a canvas in a thread of this process. The long lane does everything else in a second
process with a lower priority: photographs, large pictures, pages, batches and explanations. In both lanes the callers
take turns.
"""
