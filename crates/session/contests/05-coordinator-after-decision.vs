# The coordinator crashes right after it has decided, with its messages on their way.
versus two-phase-commit, three-phase-commit, paxos-commit
set clients=2 latency=const:10ms seed=1
at 100ms client c1 txn write x 1, write y 2, write z 3
at 155ms crash tm
at 2s restart tm
run 1s
