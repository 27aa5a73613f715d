"""Composes pages of numbers to train and measure the reader: glyphs → numbers → layouts on paper → photographs."""
