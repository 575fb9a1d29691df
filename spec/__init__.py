"""What batch normalization is, in six equations, and all that follows from them. Never imports bncore."""
