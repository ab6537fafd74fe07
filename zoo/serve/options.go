package serve

import (
	"cmp"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Options are how a Server works. The zero value is the default of all of them.
type Options struct {
	// Load reads the model in a directory. Default predict.Map, which knows the models of the zoo.
	Load func(path string) (*predict.Trained, error)
	// Verify is when the bytes of the weights are checked. Default VerifyFull.
	Verify Verify
	// Limits bound what a request may cost.
	Limits Limits
	// OtherColumns allows a new version to have other columns than the one that it replaces.
	OtherColumns bool
	// Observers hear of every request and every change of a version.
	Observers []Observer
}

// Verify is when the bytes of the weights of a model are checked, which takes seconds for each gigabyte.
type Verify int

// The times to verify.
const (
	// VerifyFull checks a version before it serves.
	VerifyFull Verify = iota
	// VerifyBackground lets a model that has no version serve at once, and checks the weights meanwhile: they may be wrong. If they
	// are, the version is withdrawn. The next versions are checked before they replace it, since that delays no request.
	VerifyBackground
)

// Limits bound what requests may cost. A zero field means its default.
type Limits struct {
	Bytes    int           // of a request; default 16 MiB
	Samples  int           // of a request; default 10000
	Requests int           // at work at a time; default 256
	Time     time.Duration // until a request must have arrived; default 10 s
}

func (l Limits) withDefaults() Limits {
	l.Bytes, l.Samples, l.Requests = cmp.Or(l.Bytes, 16<<20), cmp.Or(l.Samples, 10000), cmp.Or(l.Requests, 256)
	l.Time = cmp.Or(l.Time, 10*time.Second)
	return l
}

// Observer hears what a Server does. Its methods are called by the goroutine of the request, and must not keep the Call.
type Observer interface {
	// Answered is called after a request was answered, or refused with an error.
	Answered(c *Call, err error)
	// Changed is called after a model got a new version, was unloaded, or kept its version because of an error.
	Changed(m Status, err error)
}
