package synthetic

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
)

// Generator draws a log in the shape of a known data set from click probabilities that are known. The
// log is for trials and for measurements of speed. Its values are as unequal in frequency as those of
// real logs, but nothing else is taken from one: results on it say nothing about the real data set.
//
// The rows are in the order of their times and spread evenly over ten days. The time has no effect
// on clicks.
type Generator struct {
	Data     string            // the data set whose shape the log has; see GeneratorNames
	Rows     int               // at least 100
	Seed     uint64            // of the log
	Progress datasets.Progress // if not nil, is called while the log is written
}

const generatedDays = 10

// rowsPerCheck is the number of rows after which the context is checked, rows are written, and progress
// is reported.
const rowsPerCheck = 1 << 13

// generatedLog is the shape of a log.
type generatedLog struct {
	name   string
	bias   float64 // logit without effects
	fields []generatedField
	first  []string // columns before those of the fields
	start  time.Time
	begin  func(b []byte, row int, click byte, t time.Time) []byte // writes the first columns
}

// generatedField is a field and how its values are written.
type generatedField struct {
	drawnField
	text func(b []byte, value int32) []byte
}

func generatedLogs() []generatedLog { return []generatedLog{generatedLZD(), generatedAvazu()} }

// GeneratorNames returns the names of the data sets that a Generator knows.
func GeneratorNames() (names []string) {
	for _, g := range generatedLogs() {
		names = append(names, g.name)
	}
	return names
}

// WriteCSV writes the log with a header line. It returns the AUC that the true probabilities have,
// expected over draws of the labels, among the rows of the last day, which are the test part of the
// default split: no model can expect more.
func (g Generator) WriteCSV(ctx context.Context, w io.Writer) (bestAUC float64, err error) {
	all := generatedLogs()
	at := slices.IndexFunc(all, func(l generatedLog) bool { return l.name == g.Data })
	switch {
	case at < 0:
		return 0, fmt.Errorf("datasets: generate: %w %q; known: %s", datasets.ErrUnknownData, g.Data, strings.Join(GeneratorNames(), ", "))
	case g.Rows < 100:
		return 0, fmt.Errorf("datasets: generate: rows must be at least 100, got %d", g.Rows)
	}
	probabilities, err := g.write(ctx, w, &all[at])
	if err != nil {
		return 0, fmt.Errorf("datasets: generate: %w", err)
	}
	return expectedAUC(probabilities), nil
}

// write draws and writes the rows. It returns the true probabilities of the last day.
func (g *Generator) write(ctx context.Context, w io.Writer, l *generatedLog) (lastDay []float64, err error) {
	rng := rand.New(rand.NewPCG(g.Seed, 0x9e4e))
	header, fields := slices.Clone(l.first), make([]drawnField, len(l.fields))
	for i, f := range l.fields {
		header, fields[i] = append(header, f.name), f.drawnField
	}
	t := drawTruth(fields, l.bias, rng)
	values := make([]int32, len(fields))
	b := []byte(strings.Join(header, ",") + "\n")
	for row := range g.Rows {
		click, probability := t.sample(rng, values)
		at := time.Duration(float64(row) / float64(g.Rows) * generatedDays * float64(24*time.Hour))
		if at >= (generatedDays-1)*24*time.Hour {
			lastDay = append(lastDay, probability)
		}
		b = l.row(b, row, click, l.start.Add(at), values)
		if (row+1)%rowsPerCheck != 0 && row+1 != g.Rows {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := w.Write(b); err != nil {
			return nil, err
		}
		b = b[:0]
		if g.Progress != nil {
			g.Progress(row+1, float64(row+1)/float64(g.Rows))
		}
	}
	return lastDay, nil
}

// row writes a line.
func (l *generatedLog) row(b []byte, row int, click bool, t time.Time, values []int32) []byte {
	label := byte('0')
	if click {
		label = '1'
	}
	b = l.begin(b, row, label, t)
	for i, v := range values {
		b = l.fields[i].text(append(b, ','), v)
	}
	return append(b, '\n')
}

// decimalText writes a value as a decimal number.
func decimalText(b []byte, value int32) []byte { return strconv.AppendInt(b, int64(value), 10) }

// hexText writes a value as eight hexadecimal digits, different ones for different values.
func hexText(b []byte, value int32) []byte {
	text := strconv.FormatUint(uint64(uint32(value+1)*2654435761), 16) // an odd factor loses nothing
	return append(append(b, "00000000"[len(text):]...), text...)
}
