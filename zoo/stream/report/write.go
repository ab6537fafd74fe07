package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

//go:embed report.html
var reportText string

var reportTemplate = template.Must(chart.Page(reportText))

// page is what the template shows.
type page struct {
	Summary []row
	Figures []chart.Figure
	Streams []table
}

// table has the days of a stream.
type table struct {
	Name string
	Days []row
}

// WriteHTML writes a page with the curves and the days of some streams, which needs no network. The same streams give the
// same bytes.
func WriteHTML(w io.Writer, streams ...Stream) error {
	figures, err := draw(streams)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	p := page{Figures: figures}
	for i := range streams {
		s := &streams[i]
		p.Summary = append(p.Summary, summarize(s))
		t := table{Name: s.Name}
		for j := range s.Days {
			t.Days = append(t.Days, describe(&s.Days[j]))
		}
		p.Streams = append(p.Streams, t)
	}
	if err := reportTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
