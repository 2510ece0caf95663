"""The words of EvalDesk as frozen values. Imports nothing of the rest of the program."""
