"""The Swirl operator: watches analytics resources and keeps what they ask for running."""
