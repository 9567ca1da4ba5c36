"""The pure room of forms: answers, rules, questions, the journey through pages. It knows no HTTP and no Django."""
