"""A ledger in plain Python, dicts and a recursive tree, that knows nothing of l2zk_ledger's state and execution."""

from l2zk.poseidon2 import compress, hash


def tag(text):
    return int.from_bytes(text.encode(), "big")


def queue_start(identity, direction):
    return hash([tag("l2zkque0"), *identity, direction])


class Plain:
    """Accounts by place: [address, balance, nonce]; operations as tuples, whose first element says what they are."""

    def __init__(self, identity, number, depth):
        self.identity, self.number, self.depth = list(identity), number, depth
        self.accounts, self.fees, self.count = {}, 0, 0
        self.inbox, self.outbox = queue_start(identity, 0), queue_start(identity, 1)
        self.received = self.sent = 0

    def place(self, address):
        return address[0] % 2**self.depth

    def root(self, level=0, number=0):
        """The digest of the node with this number on a level, from all accounts below it."""
        if level == self.depth:
            if number not in self.accounts:
                return [0, 0, 0, 0]
            address, balance, nonce = self.accounts[number]
            return compress(list(address), [balance, nonce, *self.identity[:2]])
        return compress(self.root(level + 1, 2 * number), self.root(level + 1, 2 * number + 1))

    def credit(self, address, amount):
        """Whether the place was empty or the address's own, and the amount is there now."""
        account = self.accounts.setdefault(self.place(address), [tuple(address), 0, 0])
        if account[0] != tuple(address):
            return False
        account[1] += amount
        return True

    def pay(self, secret, amount, fee):
        address = tuple(compress(list(secret), [tag("l2zkkey0"), 0, 0, 0]))
        account = self.accounts[self.place(address)]
        assert account[0] == address and account[1] >= amount + fee
        account[1] -= amount + fee
        account[2] += 1
        self.fees += fee
        return address

    def transfer(self, secret, recipient, amount, fee):
        self.count += 1
        self.pay(secret, amount, fee)
        assert self.credit(recipient, amount)

    def send(self, secret, destination, recipient, amount, fee, deadline):
        self.count += 1
        self.post(destination, 1, amount, deadline, self.pay(secret, amount, fee), recipient)

    def post(self, destination, kind, amount, deadline, sender, recipient):
        head = [tag("l2zkmsg0"), self.number, destination, self.sent, kind, 0, amount, deadline]
        self.outbox = compress(self.outbox, compress(hash([*head, *sender, *recipient]), [0, 0, 0, 0]))
        self.sent += 1

    def receive(self, source, sequence, kind, amount, deadline, sender, recipient, outcome):
        self.count += 1
        head = [tag("l2zkmsg0"), source, self.number, sequence, kind, 0, amount, deadline]
        self.inbox = compress(self.inbox, compress(hash([*head, *sender, *recipient]), [outcome, 0, 0, 0]))
        self.received += 1
        if outcome == 0 and not self.credit(recipient, amount):
            assert kind in (1, 5)
            self.post(source, 3, amount, 0, (sequence, 0, 0, 0), sender)

    def stated(self):
        """What a block's statement says of the state after it."""
        queues = {"inbox": self.inbox, "received": self.received, "outbox": self.outbox, "sent": self.sent}
        return {"root": self.root(), **queues}
