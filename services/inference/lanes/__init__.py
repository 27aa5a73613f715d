"""Two lanes of work, so that long work never delays short work.

The short lane predicts small drawings in threads of this process. The long lane does everything else in a second
process with a lower priority: large pictures, pages, batches and explanations. In both lanes the callers take turns.
"""
