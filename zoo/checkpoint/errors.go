package checkpoint

import "errors"

// What the errors of directories wrap.
var (
	ErrInUse        = errors.New("another run is using the directory")
	ErrHoldsRun     = errors.New("the directory holds a run already: resume it, or choose another directory")
	ErrHoldsFile    = errors.New("the directory holds a file that is not of a run and would be overwritten")
	ErrHoldsNoRun   = errors.New("the directory holds no run")
	ErrInside       = errors.New("it is inside a checkpoint")
	ErrClosed       = errors.New("the directory is not open")
	ErrNoCheckpoint = errors.New("the directory holds no checkpoint yet")
)

// What the errors of checkpoints wrap.
var (
	// ErrMismatch is wrapped when a checkpoint is of another run than the one that is to go on from it.
	ErrMismatch = errors.New("the checkpoint is of another run")
	// ErrFormat is wrapped when a checkpoint has a format that this version does not know.
	ErrFormat = errors.New("the checkpoint has a format that this version does not know")
	// ErrDamaged is wrapped when the bytes of a file are not those that were written. The error names the file.
	ErrDamaged = errors.New("damaged")
)
