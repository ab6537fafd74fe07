package schedule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Length is that of a run, which spans in epochs refer to.
type Length struct {
	StepsPerEpoch int
	Epochs        int
}

// kind is a schedule that Parse knows by its name.
type kind struct {
	name, form string
	parse      func(a *arguments) Schedule
}

func kinds() []kind {
	return []kind{
		{Constant, Constant, func(*arguments) Schedule { return nil }},
		{"step", "step:SPAN[:FACTOR]", func(a *arguments) Schedule {
			return Step{Every: a.span("", 1), Factor: a.number(0.1)}
		}},
		{"exponential", "exponential:SPAN[:FACTOR]", func(a *arguments) Schedule {
			return Exponential{Every: a.span("", 1), Factor: a.number(0.1)}
		}},
		{"cosine", "cosine[:END[:FLOOR]]", func(a *arguments) Schedule {
			return Cosine{Steps: a.span(strconv.Itoa(a.length.Epochs)+"epochs", 1+a.warmUp) - a.warmUp, Floor: a.number(0)}
		}},
		{"plateau", "plateau[:FACTOR[:PATIENCE[:FLOOR]]]", func(a *arguments) Schedule {
			return Plateau{Factor: a.number(0.1), Patience: a.count(1), Floor: a.number(1e-3)}
		}},
	}
}

// Names lists the kinds of schedules that Parse knows.
func Names() (names []string) {
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// Forms lists what Parse reads. A SPAN and an END are steps (500) or epochs (0.5epochs).
func Forms() (forms []string) {
	for _, k := range kinds() {
		forms = append(forms, k.form)
	}
	return forms
}

// Parse reads a schedule from a text such as "cosine" or "step:2epochs:0.5", and the span of the warm-up before it; "" is
// none. The nil Schedule is a constant rate. An error wraps ErrSchedule.
//
//	constant                             the rate stays
//	step:SPAN[:FACTOR]                   see Step; FACTOR is 0.1 unless it is given
//	exponential:SPAN[:FACTOR]            see Exponential; FACTOR is 0.1
//	cosine[:END[:FLOOR]]                 see Cosine; END, counted from the start of the run, is that of its epochs, FLOOR 0
//	plateau[:FACTOR[:PATIENCE[:FLOOR]]]  see Plateau; 0.1, 1 and 0.001
func Parse(text, warmUp string, length Length) (Schedule, error) {
	rise := 0
	if warmUp != "" {
		var err error
		if rise, err = Span(warmUp, length); err != nil {
			return nil, fmt.Errorf("%w: warm-up: %w", ErrSchedule, err)
		}
	}
	s, err := parse(text, length, rise)
	if err != nil {
		return nil, fmt.Errorf("%w %q: %w", ErrSchedule, text, err)
	}
	if rise > 0 {
		s = WarmUp{rise, s}
	}
	if s == nil {
		return nil, nil
	}
	return s, s.Check()
}

// Constant is the text of the nil Schedule.
const Constant = "constant"

// Check returns an error if Parse returns one for a run of any length. A schedule that ends before it begins is found unless
// that depends on the steps of an epoch.
func Check(text, warmUp string) error {
	if _, err := Parse(text, warmUp, Length{StepsPerEpoch: 1, Epochs: 1}); err == nil {
		return nil
	}
	_, err := Parse(text, warmUp, Length{StepsPerEpoch: math.MaxInt32, Epochs: math.MaxInt16})
	return err
}

func parse(text string, length Length, warmUp int) (Schedule, error) {
	words := strings.Split(text, ":")
	at := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == words[0] })
	if at < 0 {
		return nil, fmt.Errorf("want %s", strings.Join(Forms(), ", "))
	}
	k, a := kinds()[at], &arguments{words: words[1:], length: length, warmUp: warmUp}
	s := k.parse(a)
	if a.err == nil && len(a.words) > 0 {
		a.err = fmt.Errorf("%q is too much", a.words[0])
	}
	if a.err != nil {
		return nil, fmt.Errorf("%w; want %s", a.err, k.form)
	}
	return s, nil
}

// arguments are the words behind the name of a schedule. They keep the first error.
type arguments struct {
	words  []string
	length Length
	warmUp int // steps before the schedule begins
	err    error
}

// next takes a word, or the fallback for one that is missing.
func (a *arguments) next(fallback string) string {
	if len(a.words) == 0 {
		return fallback
	}
	word := a.words[0]
	a.words = a.words[1:]
	return word
}

// number takes a number.
func (a *arguments) number(fallback float64) float64 {
	v, err := strconv.ParseFloat(a.next(strconv.FormatFloat(fallback, 'g', -1, 64)), 64)
	a.keep(err)
	return v
}

// count takes a whole number.
func (a *arguments) count(fallback int) int {
	n, err := strconv.Atoi(a.next(strconv.Itoa(fallback)))
	a.keep(err)
	return n
}

// span takes a span, which must be of at least so many steps.
func (a *arguments) span(fallback string, least int) int {
	word := a.next(fallback)
	steps, err := Span(word, a.length)
	if err == nil && steps < least {
		err = fmt.Errorf("it ends before it begins: %s is within the warm-up", word)
	}
	a.keep(err)
	return steps
}

// keep keeps the first error.
func (a *arguments) keep(err error) {
	if a.err == nil {
		a.err = err
	}
}

// Span is Steps in whole steps, at least 1. A span of none or less is an error.
func Span(text string, length Length) (int, error) {
	steps, err := Steps(text, length.StepsPerEpoch)
	switch {
	case err != nil:
		return 0, err
	case !(steps > 0):
		return 0, fmt.Errorf("a span must be above 0, got %s", text)
	case !inEpochs(text) && steps != math.Trunc(steps):
		return 0, fmt.Errorf("a span must be of whole steps, or of epochs such as 0.5epochs, got %s", text)
	case steps > mostSteps:
		return 0, fmt.Errorf("a span must be of at most %d steps, got %s", mostSteps, text)
	}
	return max(1, int(math.Round(steps))), nil
}

// mostSteps is the longest span, which no run has.
const mostSteps = 1 << 50

// Steps reads a span in steps, such as 118 or 118steps, or in epochs, such as 0.3epochs, and returns it in steps.
func Steps(text string, stepsPerEpoch int) (float64, error) {
	number := strings.TrimSuffix(text, "s")
	number = strings.TrimSuffix(strings.TrimSuffix(number, "epoch"), "step")
	steps, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf("want a number of steps such as 118, or of epochs such as 0.3epochs, got %q", text)
	}
	if inEpochs(text) {
		steps *= float64(stepsPerEpoch)
	}
	return steps, nil
}

func inEpochs(text string) bool { return strings.HasSuffix(strings.TrimSuffix(text, "s"), "epoch") }
