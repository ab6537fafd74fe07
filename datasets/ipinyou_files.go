package datasets

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
)

// ipinyouColumns are those of the raw logs, which have tabs between and no header.
var ipinyouColumns = []string{
	"bidid", "timestamp", "logtype", "ipinyouid", "useragent", "IP", "region", "city", "adexchange",
	"domain", "url", "urlid", "slotid", "slotwidth", "slotheight", "slotvisibility", "slotformat",
	"slotprice", "creative", "bidprice", "payprice", "keypage", "advertiser", "usertag",
}

// Lines of the contest's test have two columns more, of which the first is the number of clicks.
const ipinyouTestColumns = 26

const (
	ipinyouTime      = "20060102150405"
	ipinyouBid       = 0
	ipinyouTimestamp = 1 // with milliseconds
	ipinyouCreative  = 18
)

// ipinyouFiles are raw logs.
type ipinyouFiles struct{ impressions, clicks []string }

// findIPinYou finds the logs among files and in folders. What is named neither imp nor clk counts
// as impressions if it was named itself; in a folder it is left alone.
func findIPinYou(paths []string) (*ipinyouFiles, error) {
	files := &ipinyouFiles{}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(found string, entry fs.DirEntry, err error) error {
			name := strings.ToLower(filepath.Base(found))
			switch {
			case err != nil || entry.IsDir():
				return err
			case strings.HasPrefix(name, "clk"):
				files.clicks = append(files.clicks, found)
			case strings.HasPrefix(name, "imp") || found == path:
				files.impressions = append(files.impressions, found)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("datasets: %w", err)
		}
	}
	if len(files.impressions) == 0 {
		return nil, fmt.Errorf("datasets: ipinyou: no files imp.* in %s: %w", strings.Join(paths, ", "), fs.ErrNotExist)
	}
	return files, nil
}

// click is what tells an impression that was clicked.
type click struct{ bid, creative string }

// log reads the clicks, and then the impressions.
func (f *ipinyouFiles) log(ctx context.Context, columns []string) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		clicks := map[click]bool{}
		for _, path := range f.clicks {
			if !eachIPinYou(ctx, path, func(cells []string, _ int, err error) bool {
				if err != nil {
					return yield(nil, err)
				}
				clicks[click{strings.Clone(cells[ipinyouBid]), strings.Clone(cells[ipinyouCreative])}] = true
				return true
			}) {
				return
			}
		}
		r := &record{values: make([]string, len(columns))}
		for _, path := range f.impressions {
			r.path = path
			if !eachIPinYou(ctx, path, func(cells []string, line int, err error) bool {
				if r.line = line; err == nil {
					err = r.takeIPinYou(cells, columns, clicks)
				}
				return yield(r, err)
			}) {
				return
			}
		}
	}
}

// eachIPinYou goes through the lines of a log; false if it is to end.
func eachIPinYou(ctx context.Context, path string, do func(cells []string, line int, err error) bool) bool {
	file, err := openFile(ctx, path)
	if err != nil {
		do(nil, 0, err)
		return false
	}
	defer file.Close()
	lines := newLineReader(path, file)
	var cells []string
	for {
		text, err := lines.next()
		if err == io.EOF {
			return true
		}
		if err == nil {
			cells = slices.AppendSeq(cells[:0], strings.SplitSeq(string(text), "\t"))
			err = checkIPinYou(path, lines.line, string(text), cells)
		}
		if !do(cells, lines.line, err) || isFatal(err) {
			return false
		}
	}
}

func checkIPinYou(path string, line int, text string, cells []string) error {
	var err error
	switch {
	case !isText(text):
		err = ErrText
	case len(cells) != len(ipinyouColumns) && len(cells) != ipinyouTestColumns:
		err = fmt.Errorf("%w: %d, want %d, or %d for the contest's test", ErrColumns, len(cells), len(ipinyouColumns), ipinyouTestColumns)
	case len(cells[ipinyouTimestamp]) != len("20131021192300738"):
		err = fmt.Errorf("%w yyyyMMddHHmmssSSS: %q", ErrTime, shorten(cells[ipinyouTimestamp]))
	}
	if err != nil {
		return &SyntaxError{Path: path, Line: line, Err: err}
	}
	return nil
}

// takeIPinYou fills the record from a line of an impression log.
func (r *record) takeIPinYou(cells, columns []string, clicks map[click]bool) error {
	for i, name := range columns {
		switch name {
		case "click":
			r.values[i] = "0"
			isClick := clicks[click{cells[ipinyouBid], cells[ipinyouCreative]}]
			if len(cells) == ipinyouTestColumns {
				isClick = cells[len(ipinyouColumns)] != "0"
			}
			if isClick {
				r.values[i] = "1"
			}
		case "time":
			r.values[i] = cells[ipinyouTimestamp][:len(ipinyouTime)]
		default:
			at := slices.Index(ipinyouColumns, name)
			if at < 0 {
				return &SyntaxError{Path: r.path, Column: name, Err: ErrUnknownColumn}
			}
			r.values[i] = ipinyouValue(name, cells[at])
		}
	}
	return nil
}

// ipinyouValue cleans a value up as make-ipinyou-data does.
func ipinyouValue(column, value string) string {
	switch {
	case column == "useragent":
		return osAndBrowser(value)
	case value == "":
		return "null"
	}
	return value
}

// What a user agent is cut down to: the first word of each list that it holds.
var (
	systems  = []string{"windows", "ios", "mac", "android", "linux"}
	browsers = []string{"chrome", "sogou", "maxthon", "safari", "firefox", "theworld", "opera", "ie"}
)

// osAndBrowser is, for example, windows_ie.
func osAndBrowser(userAgent string) string {
	text := strings.ToLower(userAgent)
	first := func(words []string) string {
		for _, word := range words {
			if strings.Contains(text, word) {
				return word
			}
		}
		return "other"
	}
	return first(systems) + "_" + first(browsers)
}
