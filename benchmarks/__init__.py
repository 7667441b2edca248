"""The figures of Miaoban: what an approval costs, as ratios against named baselines (`make bench`)."""
