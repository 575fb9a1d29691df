"""What an implementation looks like from here: signatures, declarations, rules; and processes of its own."""
