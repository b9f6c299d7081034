"""`python -m cli`: what the script `chengxu` at the root runs."""

from cli import main

main()
