"""What is found in the implementations that are installed, and which conventions they follow."""
