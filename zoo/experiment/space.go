package experiment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
)

// ErrSpace is wrapped by the error of a search space that cannot be drawn from.
var ErrSpace = errors.New("experiment: bad search space")

// Space is a search space: the dimensions of a search, in their order.
type Space []Dimension

// Dimension is a parameter with the values that it may have: words, or an interval of numbers.
type Dimension struct {
	Name      string   // in snake case, as a solver or a model has it, or "batch_size"
	Words     []string // the choices; nil: an interval
	Low, High float64  // of the interval, both included
	Log       bool     // the logarithm is drawn uniformly
}

// Value is a drawn value of a parameter, as text.
type Value struct{ Name, Text string }

// nextDimension is a comma before the name of a dimension. Other commas are within lists.
var nextDimension = regexp.MustCompile(`,\s*([A-Za-z][A-Za-z0-9_-]*)=`)

// ParseSpace reads a search space: dimensions with commas between them, each a name with a list of words or an interval,
// uniform or, with log, uniform in the logarithm:
//
//	alpha=log:1e-6..1e-2,embedding_dim=8|16|32,dropout=0..0.5
func ParseSpace(text string) (Space, error) {
	var space Space
	for part := range strings.SplitSeq(nextDimension.ReplaceAllString(text, "\n$1="), "\n") {
		d, err := parseDimension(part)
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrSpace, part, err)
		}
		for _, other := range space {
			if other.Name == d.Name {
				return nil, fmt.Errorf("%w: %s is given twice", ErrSpace, d.Name)
			}
		}
		space = append(space, d)
	}
	return space, nil
}

func parseDimension(text string) (Dimension, error) {
	name, values, found := strings.Cut(strings.TrimSpace(text), "=")
	if !found || name == "" || values == "" {
		return Dimension{}, errors.New("want a name and values, such as alpha=log:1e-6..1e-2 or embedding_dim=8|16")
	}
	d := Dimension{Name: strings.ReplaceAll(name, "-", "_")}
	interval, isLog := strings.CutPrefix(values, "log:")
	low, high, isInterval := strings.Cut(interval, "..")
	if !isInterval {
		if isLog {
			return d, errors.New("log: wants an interval such as log:1e-6..1e-2")
		}
		d.Words = strings.Split(values, "|")
		return d, nil
	}
	d.Log = isLog
	var lowErr, highErr error
	d.Low, lowErr = strconv.ParseFloat(low, 64)
	d.High, highErr = strconv.ParseFloat(high, 64)
	switch {
	case lowErr != nil || highErr != nil || math.IsInf(d.Low, 0) || math.IsInf(d.High, 0) || math.IsNaN(d.Low+d.High):
		return d, errors.New("want an interval of two numbers such as 0..0.5")
	case d.Low >= d.High:
		return d, fmt.Errorf("the interval is empty or reversed: %v is not below %v", d.Low, d.High)
	case d.Log && d.Low <= 0:
		return d, fmt.Errorf("log: wants numbers above 0, got %v", d.Low)
	}
	return d, nil
}

// draw draws a value. One of whole numbers is rounded.
func (d *Dimension) draw(rng *rand.Rand, whole bool) Value {
	if d.Words != nil {
		return Value{d.Name, d.Words[rng.IntN(len(d.Words))]}
	}
	x := rng.Float64()
	v := d.Low + x*(d.High-d.Low)
	if d.Log {
		v = math.Exp(math.Log(d.Low) + x*(math.Log(d.High)-math.Log(d.Low)))
	}
	if whole {
		return Value{d.Name, strconv.FormatFloat(math.Round(v), 'f', 0, 64)}
	}
	return Value{d.Name, strconv.FormatFloat(v, 'g', 4, 64)} // four digits are enough to search by, and read well
}

// ends returns the values at the ends of the interval, or all words.
func (d *Dimension) ends() []string {
	if d.Words != nil {
		return d.Words
	}
	return []string{strconv.FormatFloat(d.Low, 'g', -1, 64), strconv.FormatFloat(d.High, 'g', -1, 64)}
}
