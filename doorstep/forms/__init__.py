"""The pure room of forms: answers, rules, questions, the journey through pages. It knows no HTTP and no Django.

Public: facts, form, journey, questions.items, questions.kind, questions.kinds,
questions.location, questions.slot, rules.check, rules.errors, rules.evaluate, rules.functions,
rules.parse, rules.patterns, rules.rule, rules.special, rules.types.
"""
