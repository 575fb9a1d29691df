"""What batch normalization is, in six equations, and everything that follows from them. Never imports bncore."""
