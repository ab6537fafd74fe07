package schema

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Check returns an error that names the key of a value that makes no sense. Load and Parse check what they
// return.
func (s *Schema) Check() error {
	switch {
	case s.Label == "":
		return errors.New("label: no column given")
	case s.Weight == s.Label:
		return errors.New("weight: it is the column of the label")
	case len(s.Fields) == 0:
		return errors.New("fields: none given")
	}
	for _, value := range slices.Sorted(maps.Keys(s.Labels)) {
		if v := s.Labels[value]; v != 0 && v != 1 {
			return fmt.Errorf("labels: %s: want 1 or 0, got %d", value, v)
		}
	}
	if err := s.Format.Check(); err != nil {
		return err
	}
	earlier := map[string]*Field{}
	for i := range s.Fields {
		f := &s.Fields[i]
		if err := f.check(earlier); err != nil {
			return fmt.Errorf("field %d (%q): %w", i+1, f.Name, err)
		}
		earlier[f.Name] = f
	}
	if err := s.Split.check(); err != nil {
		return fmt.Errorf("split: %w", err)
	}
	return nil
}

func (f *Field) check(earlier map[string]*Field) error {
	switch {
	case f.Name == "" || earlier[f.Name] != nil:
		return errors.New("name: must be given, and unlike that of other fields")
	case !oneOf(f.Kind, "", "categorical", "numeric", "list"):
		return fmt.Errorf("kind: want categorical, numeric or list, got %q", f.Kind)
	case !oneOf(f.Scale, "", "standard", "log", "none"):
		return fmt.Errorf("scale: want standard, log or none, got %q", f.Scale)
	case !oneOf(f.OutOfVocabulary, "", "trained", "zero"):
		return fmt.Errorf("oov: want trained or zero, got %q", f.OutOfVocabulary)
	case !oneOf(f.Derive, "", "hour", "weekday", "weekend", "os_browser", "log_square"):
		return fmt.Errorf("derive: want hour, weekday, weekend, os_browser or log_square, got %q", f.Derive)
	case !oneOf(f.Pooling, "", "mean", "sum"):
		return fmt.Errorf("pooling: want mean or sum, got %q", f.Pooling)
	case f.FromTime() && f.Layout == "":
		return errors.New("derive: needs the layout of the time")
	case f.MinCount < 0:
		return fmt.Errorf("min_count: must be at least 0, got %d", f.MinCount)
	case f.Kind == "list" && (f.Length < 1 || f.Length > mostLength):
		return fmt.Errorf("length: a list needs at least 1, and has at most %d, got %d", mostLength, f.Length)
	case f.Hash < 0 || f.Hash > math.MaxInt32-1:
		return fmt.Errorf("hash: must be at least 0 and below 2^31-1, got %d", f.Hash)
	case f.Hash > 0 && f.MinCount > 1:
		return errors.New("hash: buckets have no min_count")
	}
	if err := f.checkKeysOfKind(); err != nil {
		return err
	}
	if err := f.checkLayout(); err != nil {
		return err
	}
	return f.checkShared(earlier[f.Shares])
}

// mostLength is how many values of a list may be kept. Every sample has room for all of them.
const mostLength = 1 << 16

// checkLayout refuses a layout that does not have what is derived from it.
func (f *Field) checkLayout() error {
	switch f.Derive {
	case "hour":
		return checkLayout(f.Layout, "the hour", sameHour)
	case "weekday", "weekend":
		return checkLayout(f.Layout, "the date", sameDate)
	}
	return nil
}

// checkKeysOfKind refuses keys that mean nothing for the kind of field.
func (f *Field) checkKeysOfKind() error {
	rising := slices.IsSorted(f.Bins) && len(slices.Compact(slices.Clone(f.Bins))) == len(f.Bins)
	categorical := f.Kind == "" || f.Kind == "categorical"
	for _, edge := range f.Bins {
		rising = rising && !math.IsNaN(edge)
	}
	switch {
	case len(f.Bins) > 0 && (!categorical || f.Derive != ""):
		return errors.New("bins: only a categorical field, not derived, has them")
	case !rising:
		return fmt.Errorf("bins: the edges must rise, got %v", f.Bins)
	case f.Derive != "" && !categorical:
		return errors.New("derive: only a categorical field can be derived")
	case f.Kind == "numeric" && (f.Hash > 0 || f.MinCount > 0 || f.OutOfVocabulary != ""):
		return errors.New("kind: a numeric field has no hash, min_count or oov")
	case f.Kind != "numeric" && f.Scale != "":
		return errors.New("scale: only a numeric field has one")
	case f.Kind != "list" && (f.Length > 0 || f.Separator != "" || f.Pooling != ""):
		return errors.New("kind: only a list has length, separator or pooling")
	}
	return nil
}

func (f *Field) checkShared(owner *Field) error {
	switch {
	case f.Shares == "":
		return nil
	case owner == nil || owner.Kind == "numeric" || f.Kind == "numeric":
		return fmt.Errorf("shares: %q is not an earlier field with a vocabulary", f.Shares)
	case owner.Shares != "":
		return fmt.Errorf("shares: %q itself shares the vocabulary of %q: name that", f.Shares, owner.Shares)
	case f.Hash != 0 || f.MinCount != 0 || f.OutOfVocabulary != "":
		return errors.New("shares: hash, min_count and oov are those of the field whose vocabulary it is")
	}
	return nil
}

func oneOf(s string, choices ...string) bool { return slices.Contains(choices, s) }
