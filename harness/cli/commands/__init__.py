"""The commands, by theme. Each reads its arguments, calls a few steps below `cli`, shows what they return, and exits."""
