"""Disclosure control: what may be shown of a table, and the attack that has to fail before anything is.

`gate.protected` is the one door. It asks `thresholds` which cells are small, `linkage` and `margins` what adds up to
what, `suppress` (with `search`, `moves`, `proofs`) which further cells to hide, and `audit` to attack the result.
`scan` finds what must not be in a file at all.

The threat: an outsider who reads every published figure and knows every equation between them; and a person alone in
a cell, who knows it. Not promised: groups of people who pool what they know, and other sources about the same people.
"""
