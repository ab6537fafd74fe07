package ranks

// Comm connects this rank to the others. It is one operation that moves bytes; a Group makes everything
// else of it. So every sum is computed in this package, in the order of the ranks, and is the same to
// the bit over any network.
//
// Exchange is collective: all ranks must call it, equally often and in the same order, or they wait
// for each other for ever.
type Comm interface {
	// Rank is the number of this rank, in [0, Size).
	Rank() int
	// Size is the number of ranks, at least 1.
	Size() int
	// Exchange sends send[r] to every other rank r, and fills receive[r] with what r sent to this
	// one, whose length it must have. It does not look at the entries of this rank itself. The bytes
	// must not be part of something that holds pointers, since C code may read and write them.
	Exchange(send, receive [][]byte) error
}
