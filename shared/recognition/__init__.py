"""Drawing → image → probabilities: the one implementation that serving and training share.

A drawing passes `decoding` (with `picture_file`, `decompression`, `channel` and `cutout`), `ink` (with `paper`,
`photograph` and `contrast`) and `preprocessing`, in this order. The image then goes through a network of
`architectures`, and `calibration` turns its logits into the answer; `augmented_views` improves doubtful answers. `page`
finds the digits of a page, and `model_version` reads `models/`.
"""
