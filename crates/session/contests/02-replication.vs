# The same crash and the same partition: a replicated log twice, and a single decision.
versus raft, multi-paxos, paxos
set nodes=5 clients=2 seed=2
at 0ms timeout n1
at 100ms workload c1 write=1 every=100ms
at 100ms workload c2 read=1 write=1 every=130ms
at 600ms crash n1
at 1.2s restart n1
at 1.6s partition {n1 n2 c1} {n3 n4 n5 c2}
at 2.6s heal
run 1.4s
