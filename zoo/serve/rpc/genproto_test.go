package rpc

// The module of this package is not used here, but go.mod must require it: Gorgonia alone resolves a version of it that also has
// the packages of google.golang.org/genproto/googleapis/rpc, and importers of ours could not be built. An import keeps it required.
import _ "google.golang.org/genproto/googleapis/type/date"
