package known

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// amazonLog is the content of the files of a category: who reviewed what when, and what the items are.
type amazonLog struct {
	users, items *datasets.VocabularyBuilder // ids from 1, in the order of the reviews
	reviews      []amazonReview
	facts        map[string]amazonItem // by the item's name; also of items without reviews
}

type amazonReview struct {
	user, item int32
	time       int64 // seconds since 1970
}

// amazonItem is an item of the meta file; "" where the file has nothing.
type amazonItem struct{ category, brand string }

// amazonLine is a line of a review file, in the layout of 2014 and 2018, or of 2023.
type amazonLine struct {
	Reviewer string `json:"reviewerID"`
	User     string `json:"user_id"`
	ASIN     string `json:"asin"`
	Parent   string `json:"parent_asin"`
	Seconds  *int64 `json:"unixReviewTime"`
	Millis   *int64 `json:"timestamp"`
}

// read reads review and meta files, whose lines have different keys. It calls skip with the error of a
// line, and ends with errStopped if skip returns false.
func (a *amazonLog) read(ctx context.Context, paths []string, meter *rawlog.Meter, skip func(error) bool) error {
	for _, path := range paths {
		if err := a.readFile(ctx, path, meter, skip); err != nil {
			return err
		}
	}
	if len(a.reviews) == 0 {
		return &rawlog.SyntaxError{Path: strings.Join(paths, ", "), Err: errors.New("no reviews: want lines with reviewerID or user_id")}
	}
	return nil
}

var errStopped = errors.New("stopped")

func (a *amazonLog) readFile(ctx context.Context, path string, meter *rawlog.Meter, skip func(error) bool) error {
	file, err := rawlog.OpenFile(ctx, path, meter)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := rawlog.NewLines(path, file)
	for {
		text, err := lines.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil && len(text) > 0 {
			if err = a.add(text); err != nil {
				err = &rawlog.SyntaxError{Path: path, Line: lines.Line, Value: string(text), Err: err}
			}
		}
		if rawlog.IsFatal(err) {
			return err
		}
		if err != nil && !skip(err) {
			return errStopped
		}
	}
}

// add takes in a line of a review file or a meta file.
func (a *amazonLog) add(text []byte) error {
	if !rawlog.IsText(string(text)) {
		return rawlog.ErrText
	}
	if bytes.Contains(text, []byte(`"reviewerID"`)) || bytes.Contains(text, []byte(`"user_id"`)) {
		return a.addReview(text)
	}
	return a.addItem(text)
}

func (a *amazonLog) addReview(text []byte) error {
	var line amazonLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	r := amazonReview{}
	switch {
	case line.Seconds != nil:
		r.time = *line.Seconds
	case line.Millis != nil:
		r.time = *line.Millis / 1000
	default:
		return errors.New("a review without unixReviewTime or timestamp")
	}
	user, item := line.Reviewer+line.User, line.Parent
	if item == "" {
		item = line.ASIN
	}
	if user == "" || item == "" {
		return errors.New("a review without a user, or without asin or parent_asin")
	}
	r.user, r.item = a.users.Add(user), a.items.Add(item)
	a.reviews = append(a.reviews, r)
	return nil
}

// addItem takes in a line of a meta file: JSON, or a Python literal.
func (a *amazonLog) addItem(text []byte) error {
	var line map[string]any
	if err := json.Unmarshal(text, &line); err != nil {
		v, err := parsePython(string(text))
		if err != nil {
			return err
		}
		line, _ = v.(map[string]any)
	}
	item := firstText(line["parent_asin"], line["asin"])
	if item == "" {
		return errors.New("want a review, or an item with asin or parent_asin")
	}
	a.facts[item] = amazonItem{
		category: firstText(lastOf(line["categories"]), lastOf(line["category"]), line["main_category"]),
		brand:    firstText(line["brand"], line["store"]),
	}
	return nil
}

// lastOf returns the last value of the last list: the finest category of an item.
func lastOf(v any) any {
	for {
		list, isList := v.([]any)
		if !isList || len(list) == 0 {
			return v
		}
		v = list[len(list)-1]
	}
}

// firstText returns the first of some values that is a text and not empty.
func firstText(values ...any) string {
	for _, v := range values {
		if text, isText := v.(string); isText && text != "" {
			return text
		}
	}
	return ""
}
