package datasets

// ValueCounts tells how the values of a field are spread over the training part, before any are
// cut off.
type ValueCounts struct {
	Distinct int `json:"distinct"`  // values
	Once     int `json:"once"`      // of them, those that occur once
	AtMost5  int `json:"at_most_5"` // those that occur at most five times
}

func (v *Vocabulary) statistics() ValueCounts {
	c := ValueCounts{Distinct: len(v.order)}
	for _, id := range v.order {
		if v.counts[id] == 1 {
			c.Once++
		}
		if v.counts[id] <= 5 {
			c.AtMost5++
		}
	}
	return c
}

// tally counts what stands in a part.
type tally struct {
	rows, positives int
	values          []int // by field: values of the samples, those of lists included
	cut, unseen     []int // by field: values without a row of their own, by why they have none
}

func newTally(fields int) tally {
	return tally{values: make([]int, fields), cut: make([]int, fields), unseen: make([]int, fields)}
}
