package solvers

// Comm connects the processes of a parallel job, which are called its ranks. It is one operation that
// moves bytes; all that a job needs besides is made of it by Ranks. So every sum is taken here, in the
// order of the ranks, and comes out the same to the bit over any network.
//
// Exchange is collective: all ranks must call it, equally often and in the same order, or they wait
// for each other for ever.
type Comm interface {
	// Rank is the number of this process, in [0, Size).
	Rank() int
	// Size is the number of ranks, at least 1.
	Size() int
	// Exchange sends send[r] to every other rank r, and fills receive[r] with what r sent to this
	// one, whose length it must have. Those of this rank itself are not looked at. The bytes must not
	// be a part of something that holds pointers, since C may be given them.
	Exchange(send, receive [][]byte) error
}
