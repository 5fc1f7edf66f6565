# One partition, three ways to replicate: what each promises an answer for, and what is left of it afterwards.
versus primary-backup acks=0, primary-backup acks=1, raft
set nodes=5 clients=2 seed=4
at 0ms timeout n1
at 100ms workload c1 read=1 write=2 every=80ms
at 100ms workload c2 read=2 write=1 every=110ms
at 600ms partition {n1 c1} {n2 n3 n4 n5 c2}
at 2s heal
run 1.5s
