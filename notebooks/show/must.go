package show

// Must ends the cell with err, unless err is nil. It is for notebooks only: it panics, which is
// how a cell fails.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}
