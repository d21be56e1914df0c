"""The judge: does what the platform wrote down agree with what phones and people saw, both ways?

It is given the ledger of the phones and people, and the topics as they stand in Kafka, and knows
nothing of the platform but the contract's names. Every rule yields complaints in plain words.
"""
