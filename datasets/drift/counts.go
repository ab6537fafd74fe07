package drift

// hashBuckets is the number of buckets into which the values of a field are hashed.
const hashBuckets = 256

// Counts are the counts of a day. They do not depend on the order of its rows.
type Counts struct {
	Fields []FieldCounts `json:"fields"`
}

// FieldCounts are the counts of a field on a day: of its values in buckets by their hash, or of its numbers. The values
// of a list count each.
type FieldCounts struct {
	Name string `json:"name"`
	// Known and Unknown count the values with and without a row of their own. Both are 0 where nothing was known, and
	// for a number. An empty cell has no row.
	Known   int `json:"known"`
	Unknown int `json:"unknown"`
	// Buckets has 256 counts; nil for a number.
	Buckets []int `json:"buckets,omitempty"`
	// Numbers is nil for all but a number.
	Numbers *Numbers `json:"numbers,omitempty"`
}
