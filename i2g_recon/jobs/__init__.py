"""The use cases, named as the bookkeeper says them."""
