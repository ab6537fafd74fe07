package encode

import "github.com/ctrzoo/ctrzoo/datasets"

// FieldFacts describe a field of an encoded log.
type FieldFacts struct {
	Name string `json:"name"`
	Kind string `json:"kind"`           // categorical, list or numeric
	Rows int    `json:"rows,omitempty"` // of its embedding: ids are 0 .. Rows-1
	// Shares is the field whose vocabulary this one uses.
	Shares string `json:"shares,omitempty"`
	// Values are the counts of the training part; nil for a number and for buckets.
	Values *datasets.ValueCounts `json:"values,omitempty"`
	// Cut and Unseen are, by part, the shares of the values that have no row of their own: because
	// they are below min_count, and because they do not occur in the training part.
	Cut    map[string]float64 `json:"cut_share,omitempty"`
	Unseen map[string]float64 `json:"unseen_share,omitempty"`
	// Scale is the scale of a number.
	Scale *datasets.Scale `json:"scale,omitempty"`
}

// Facts returns the descriptions of the fields, after Pour.
func (e *Encoded) Facts() []FieldFacts {
	list := make([]FieldFacts, len(e.encoder.fields))
	for i, f := range e.encoder.fields {
		list[i] = FieldFacts{Name: f.Name, Kind: f.out.Kind.String(), Rows: f.out.Rows, Shares: f.Shares}
		switch {
		case f.scale != nil:
			list[i].Scale = &f.scale.Scale
		case f.vocabulary != nil:
			list[i].Values = &f.statistics
			list[i].Cut, list[i].Unseen = map[string]float64{}, map[string]float64{}
			for p, t := range e.tallies {
				if t.values[i] > 0 {
					part := datasets.Part(p).String()
					list[i].Cut[part] = float64(t.cut[i]) / float64(t.values[i])
					list[i].Unseen[part] = float64(t.unseen[i]) / float64(t.values[i])
				}
			}
		}
	}
	return list
}

// Positives returns how many samples of a part have the label 1, after Pour.
func (e *Encoded) Positives(p datasets.Part) int { return e.tallies[p].positives }

// Weight returns the weight of all samples of a part, after Pour; 0 if the samples have no weights.
func (e *Encoded) Weight(p datasets.Part) float64 { return e.tallies[p].weight }

// tally counts the values of a part.
type tally struct {
	positives   int
	weight      float64 // of the samples, if they have weights
	values      []int   // by field: values of the samples, those of lists included
	cut, unseen []int   // by field: values without a row of their own, by why they have none
}

func (e *Encoded) clearTallies() {
	for p := range e.tallies {
		e.tallies[p] = newTally(len(e.encoder.fields))
	}
}

func newTally(fields int) tally {
	return tally{values: make([]int, fields), cut: make([]int, fields), unseen: make([]int, fields)}
}

func (t *tally) clear() {
	t.positives, t.weight = 0, 0
	clear(t.values)
	clear(t.cut)
	clear(t.unseen)
}
