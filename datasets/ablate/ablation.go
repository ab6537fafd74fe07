package ablate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// ErrAblation is wrapped by the error of an ablation that a data set does not allow.
var ErrAblation = errors.New("ablate: bad ablation")

// Ablation is what is left out of a data set. The zero value leaves nothing out.
type Ablation struct {
	// Without are the names of fields that are left out.
	Without []string `json:"without,omitempty" yaml:"without"`
	// Keep has shares in [0, 1] by the names of fields that have ids: of the values that occur in the training part, only this
	// share, the most frequent values, keep a row. The others become unknown, in all parts. 0 keeps no value. A list counts
	// all its values, and fields that share a vocabulary count as one, by the name of the field that owns it.
	Keep map[string]float64 `json:"keep,omitempty" yaml:"keep"`
}

// IsZero reports whether nothing is left out.
func (a *Ablation) IsZero() bool { return len(a.Without) == 0 && len(a.Keep) == 0 }

// Label names a data set and what is left out of it, such as "shop without ip, with 25% of user".
func (a *Ablation) Label(data string) string {
	var parts []string
	if len(a.Without) > 0 {
		parts = append(parts, "without "+strings.Join(slices.Sorted(slices.Values(a.Without)), ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Keep)) {
		parts = append(parts, fmt.Sprintf("with %s%% of %s", strconv.FormatFloat(100*a.Keep[name], 'g', 4, 64), name))
	}
	if len(parts) == 0 {
		return data
	}
	return data + " " + strings.Join(parts, ", ")
}

// Check finds what no data set allows: a share that is none, and a field that is left out and kept.
func (a *Ablation) Check() error {
	for _, name := range slices.Sorted(maps.Keys(a.Keep)) {
		switch share := a.Keep[name]; {
		case !(share >= 0 && share <= 1):
			return fmt.Errorf("%w: keep: %s: the share must be in [0, 1], got %v", ErrAblation, name, share)
		case slices.Contains(a.Without, name):
			return fmt.Errorf("%w: field %q is left out and kept", ErrAblation, name)
		}
	}
	return nil
}

// checkFields finds what the fields of a data set do not allow.
func (a *Ablation) checkFields(fields []datasets.Field) error {
	if err := a.Check(); err != nil {
		return err
	}
	for _, name := range slices.Concat(a.Without, slices.Sorted(maps.Keys(a.Keep))) {
		if !slices.ContainsFunc(fields, func(f datasets.Field) bool { return f.Name == name }) {
			return fmt.Errorf("%w: there is no field %q", ErrAblation, name)
		}
	}
	left := 0
	for _, f := range fields {
		_, kept := a.Keep[f.Name]
		switch {
		case kept && f.Kind == datasets.Numeric:
			return fmt.Errorf("%w: keep: field %q has numbers, and no values to keep", ErrAblation, f.Name)
		case kept && f.Shares != "":
			return fmt.Errorf("%w: keep: field %q shares the vocabulary of %q: name that one", ErrAblation, f.Name, f.Shares)
		case slices.Contains(a.Without, f.Name):
			continue
		case slices.Contains(a.Without, f.Shares):
			return fmt.Errorf("%w: without %q: field %q shares its vocabulary: leave it out, too", ErrAblation, f.Shares, f.Name)
		}
		left++
	}
	if left == 0 {
		return fmt.Errorf("%w: no field is left", ErrAblation)
	}
	return nil
}
