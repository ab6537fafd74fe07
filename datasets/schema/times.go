package schema

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Time returns the column that has the time of a row, and the layout of the time: those of the first field that is derived
// from a time, or else those of the split by time. Both are "" if the schema knows of no time.
func (s *Schema) Time() (column, layout string) {
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Layout != "" && f.FromTime() {
			return f.RawColumn().Name, f.Layout
		}
	}
	if s.Split != nil && s.Split.By == "time" {
		return s.Split.Column, s.Split.Layout
	}
	return "", ""
}

// Times parses times of one layout. It keeps the last one, since logs are mostly in the order of time.
type Times struct {
	Layout string // as that of a Field

	text []byte
	time time.Time
}

// Parse returns the time that a text means. A text that means no time is an ErrTime.
func (m *Times) Parse(text string) (time.Time, error) {
	if text == string(m.text) && text != "" {
		return m.time, nil
	}
	t, err := parseTime(m.Layout, text)
	if err != nil {
		return time.Time{}, err
	}
	m.text, m.time = append(m.text[:0], text...), t
	return t, nil
}

func parseTime(layout, text string) (time.Time, error) {
	var t time.Time
	var n int64
	var err error
	switch layout {
	case "unix":
		n, err = strconv.ParseInt(text, 10, 64)
		t = time.Unix(n, 0).UTC()
	case "unix_ms":
		n, err = strconv.ParseInt(text, 10, 64)
		t = time.UnixMilli(n).UTC()
	default:
		t, err = time.ParseInLocation(pointed(layout, layout), pointed(layout, text), time.UTC)
	}
	if err == nil && strings.Contains(layout, "MST") && !knownZone(t) {
		return time.Time{}, fmt.Errorf("%w %q: a zone has no offset by its name: write it as -0700", ErrTime, layout)
	}
	if err != nil || n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
		return time.Time{}, fmt.Errorf("%w %q", ErrTime, layout)
	}
	return t, nil
}

// knownZone reports whether the zone of a time that was parsed by the name of the zone is UTC. Package time makes a zone of
// offset 0 of every other name.
func knownZone(t time.Time) bool {
	name, offset := t.Zone()
	return offset != 0 || name == "UTC" || name == "GMT"
}

// Format returns how a time is written in a layout.
func formatTime(layout string, t time.Time) string {
	switch layout {
	case "unix":
		return strconv.FormatInt(t.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(t.UnixMilli(), 10)
	case pointed(layout, layout):
		return t.Format(layout)
	}
	return strings.Replace(t.Format(pointed(layout, layout)), ".", "", 1)
}

// checkLayout returns an error if two times that differ in what is needed, such as the hour, are written alike.
func checkLayout(layout, what string, same func(a, b time.Time) bool) error {
	for _, t := range []time.Time{
		time.Date(2021, 2, 3, 4, 5, 6, 0, time.UTC), time.Date(2022, 11, 24, 16, 5, 6, 0, time.UTC), time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		again, err := parseTime(layout, formatTime(layout, t))
		if err != nil || !same(t, again) {
			return fmt.Errorf("layout: %q does not have %s: it is how 2006-01-02 15:04:05 is written, not YYYY-MM-DD; or unix, or unix_ms", layout, what)
		}
	}
	return nil
}

func sameDate(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

func sameHour(a, b time.Time) bool { return a.Hour() == b.Hour() }

// pointed puts a point before the milliseconds of a text, if its layout has them right behind the
// seconds. Package time wants a point there.
func pointed(layout, text string) string {
	const seconds, milliseconds = "05", "000"
	at := len(text) - len(milliseconds)
	if at < 0 || !strings.HasSuffix(layout, seconds+milliseconds) {
		return text
	}
	return text[:at] + "." + text[at:]
}

// Derive computes the value of a field from a time: hour, weekday or weekend; see Field.Derive.
func Derive(what string, t time.Time) string {
	switch what {
	case "weekday":
		return strconv.Itoa(int(t.Weekday()))
	case "weekend":
		if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
			return "1"
		}
		return "0"
	default:
		return hours[2*t.Hour() : 2*t.Hour()+2]
	}
}

// hours has the hours of the day, two digits each.
const hours = "000102030405060708091011121314151617181920212223"
