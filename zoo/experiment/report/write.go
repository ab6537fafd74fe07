package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

//go:embed report.html
var reportText string

var reportTemplate = template.Must(chart.Page(reportText))

// page is what the template shows.
type page struct {
	Claims             []Claim
	ClaimsIntroduction string
	Exceptions         []string

	Decisions             []Decision
	DecisionsIntroduction string
	Sections              []section
	Repeatable            bool // some section has a command
}

type section struct {
	*Table
	ID       string // of its heading
	Bold     string
	Rows     []row
	Findings []string
	Rules    []string
	LeftOut  *ModelTable
	Figures  []chart.Figure
}

// row is a method with the cells of all models.
type row struct {
	Method string
	Cells  []htmlCell
}

type htmlCell struct {
	AUCs []htmlAUC
}

type htmlAUC struct {
	Text, Deviation string
	Best            bool
}

// Write writes the tables to a folder, which is made if it is not there: report.html, which
// needs no network, report.md, and for a README overview.md, overview.svg and claims.md. Each file is replaced
// in one piece.
func Write(folder string, tables []*Table) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, file := range []struct {
		name  string
		write func(io.Writer, []*Table) error
	}{
		{"report.html", writeHTML}, {"report.md", WriteMarkdown}, {"overview.md", WriteOverview}, {"overview.svg", WriteOverviewChart}, {"claims.md", WriteClaims},
	} {
		err := safefile.Replace(filepath.Join(folder, file.name), func(w io.Writer) error { return file.write(w, tables) })
		if err != nil {
			return fmt.Errorf("report: %s: %w", file.name, err)
		}
	}
	return nil
}

// writeHTML writes the page.
func writeHTML(w io.Writer, tables []*Table) error {
	p := page{Claims: Claims(tables), ClaimsIntroduction: claimsIntroduction, Exceptions: Exceptions(tables),
		Decisions: Decisions(tables), DecisionsIntroduction: decisionsIntroduction}
	for i, t := range sections(tables) {
		s := section{Table: t, ID: fmt.Sprintf("s%d", i+1), Bold: bold, Rows: t.rows(), Findings: t.Findings(), Rules: t.Rules(), LeftOut: t.LeftOut(tables)}
		var err error
		if s.Figures, err = t.figures(); err != nil {
			return err
		}
		p.Sections, p.Repeatable = append(p.Sections, s), p.Repeatable || t.Repeat() != ""
	}
	return reportTemplate.Execute(w, p)
}

func (t *Table) rows() []row {
	var rows []row
	for _, method := range t.Methods {
		r := row{Method: method}
		for _, model := range t.Models {
			c := t.Cell(method, model)
			cell := htmlCell{}
			for e := range t.Epochs {
				a := htmlAUC{Text: t.auc(c, e, "%.4f")}
				a.Best = a.Text != "" && a.Text != "-" && t.isBest(c, e)
				if a.Text != "" && a.Text != "-" && c.Deviation[e] == c.Deviation[e] {
					a.Deviation = fmt.Sprintf("±%.4f", c.Deviation[e])
				}
				cell.AUCs = append(cell.AUCs, a)
			}
			r.Cells = append(r.Cells, cell)
		}
		rows = append(rows, r)
	}
	return rows
}

// EpochNumbers are 1 .. Epochs, for the heads of columns.
func (t *Table) EpochNumbers() []int {
	numbers := make([]int, t.Epochs)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}
