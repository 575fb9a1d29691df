"""What the oracle said: a suite asks the same questions again, in an audit once for every mutant."""


class Remembered:
    """Answers by their questions; those not asked for longest are forgotten when there is no room."""

    def __init__(self, room):
        self.room, self.taken, self._answers = room, 0, {}

    def get(self, question, size, answer):
        """The answer to a question; `answer` finds it, and it takes `size` of the room."""
        if question in self._answers:
            self._answers[question] = self._answers.pop(question)
            return self._answers[question][0]
        while self._answers and self.taken + size > self.room:
            self.taken -= self._answers.pop(next(iter(self._answers)))[1]
        self._answers[question] = answer(), size
        self.taken += size
        return self._answers[question][0]
