"""Drawing → image → probabilities: the one implementation that serving and training share.

A drawing takes this way: `decoding` (with `channel` and `cutout`), `ink` (with `paper`, `photograph` and `contrast`),
`preprocessing`. The image then goes through a network of `architectures`, and `calibration` turns its logits into the
answer; `augmented_views` improves doubtful answers. `page` finds the digits of a page, `model_version` reads `models/`.
"""
