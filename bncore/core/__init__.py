"""The compiled part: operations, plans, their execution, and leaves. README.md says what is where."""
