"""What the program costs, as ratios against floors and rivals measured in the same run: `python -m bench`."""
