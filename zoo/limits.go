package zoo

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// limits are the values that a hyper-parameter may have: an interval of numbers, or words. Zero limits allow all.
type limits struct {
	text              string
	low, high         float64
	openLow, openHigh bool
	words             []string
}

// parseLimits reads an interval such as "[1, inf)" of numbers, or words such as "relu|dice".
func parseLimits(text string, of reflect.Type) (limits, error) {
	l := limits{text: text}
	switch {
	case text == "":
		return l, nil
	case of.Kind() == reflect.String:
		l.words = strings.Split(text, "|")
		return l, nil
	case of.Kind() == reflect.Bool:
		return l, errors.New("true and false have no range")
	}
	l.openLow, l.openHigh = text[0] == '(', text[len(text)-1] == ')'
	low, high, isPair := strings.Cut(strings.Trim(text, "[()]"), ",")
	var lowErr, highErr error
	l.low, lowErr = strconv.ParseFloat(strings.TrimSpace(low), 64)
	l.high, highErr = strconv.ParseFloat(strings.TrimSpace(high), 64)
	closed := l.openHigh || text[len(text)-1] == ']'
	opened := l.openLow || text[0] == '['
	if !isPair || lowErr != nil || highErr != nil || !opened || !closed || l.low > l.high {
		return l, errors.New(`want an interval such as "[0, 1)" or "[1, inf)"`)
	}
	return l, nil
}

// check finds a value, or an element of a list, that is not allowed. A NaN is in no interval.
func (l *limits) check(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			if err := l.check(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Int:
		return l.checkNumber(float64(v.Int()))
	case reflect.Float64:
		return l.checkNumber(v.Float())
	case reflect.String:
		if l.words != nil && !slices.Contains(l.words, v.String()) {
			return fmt.Errorf("must be one of %s, got %q", strings.Join(l.words, ", "), v.String())
		}
	}
	return nil
}

func (l *limits) checkNumber(x float64) error {
	switch {
	case l.text == "":
		return nil
	case x > l.low && x < l.high, x == l.low && !l.openLow, x == l.high && !l.openHigh:
		return nil
	case math.IsInf(l.high, 1) && !l.openLow:
		return fmt.Errorf("must be at least %v, got %v", l.low, x)
	}
	return fmt.Errorf("must be in %s, got %v", l.text, x)
}
