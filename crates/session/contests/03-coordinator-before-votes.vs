# The coordinator crashes before anybody was asked to vote.
versus two-phase-commit, three-phase-commit, paxos-commit
set clients=2 latency=const:10ms seed=1
at 100ms client c1 txn write x 1, write y 2, write z 3
at 125ms crash tm
at 2s restart tm
run 1s
