package prepared

import "runtime/debug"

// Version returns the version of this module that the program was built with.
func Version() string {
	const module = "github.com/ctrzoo/ctrzoo"
	info, known := debug.ReadBuildInfo()
	if !known {
		return "(devel)"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}
