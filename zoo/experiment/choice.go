package experiment

import "cmp"

// Choice is the candidate that was chosen for a data set, a model and a method.
type Choice struct {
	Runs       []*Record // of the candidate, one for each seed
	Candidates []*Record // the first run of every candidate among which it was chosen
	Seeds      int       // of a candidate that was not chosen, at least; those of the chosen one if there is no other
}

// Choose takes, of all runs of a data set, a model and a method, the candidate with the highest mean over its seeds of
// the validation AUC, see Record.Score; the first of equals. A candidate that has fewer seeds than another one is not
// chosen: in records that were made when the first seed chose, only its choice has them all.
func Choose(runs []*Record) Choice { return ChooseBy(runs, (*Record).Score) }

// ChooseBy is Choose by another figure than Record.Score.
func ChooseBy(runs []*Record, score func(*Record) Figure) Choice {
	var keys []string
	bySettings := map[string][]*Record{}
	for _, r := range runs {
		same := r.Settings
		same.Seed = 0
		key := same.Key()
		if bySettings[key] == nil {
			keys = append(keys, key)
		}
		bySettings[key] = append(bySettings[key], r)
	}
	c := Choice{}
	for _, key := range keys {
		candidate := bySettings[key]
		if c.Candidates = append(c.Candidates, candidate[0]); compareCandidates(candidate, c.Runs, score) > 0 {
			c.Runs = candidate
		}
	}
	c.Seeds = len(c.Runs)
	for _, candidate := range bySettings {
		c.Seeds = min(c.Seeds, len(candidate))
	}
	return c
}

// compareCandidates compares two candidates by their seeds and then by their scores.
func compareCandidates(a, b []*Record, score func(*Record) Figure) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(mean(a, score), mean(b, score)))
}

// mean returns the mean of a figure of records.
func mean(records []*Record, of func(*Record) Figure) float64 {
	var sum float64
	for _, r := range records {
		sum += float64(of(r))
	}
	return sum / float64(len(records))
}
