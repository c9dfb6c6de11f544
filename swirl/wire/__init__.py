"""What processes of Swirl say to each other: one class for each contract, used by both ends.

Who writes a contract and who reads it may live in different images, so everything here takes the
standard library alone. Readers ignore fields that they do not know; a change of meaning raises the
contract's version.
"""
