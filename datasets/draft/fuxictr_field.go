package draft

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// describe makes a field of the settings of a column, or returns why the column is left out.
func (c *fuxiCTR) describe(f *schema.Field, column settings) (left string, err error) {
	switch kind := column["type"]; kind {
	case "categorical":
	case "numeric":
		f.Kind, f.Scale = "numeric", "none"
	case "sequence":
		f.Kind, f.Separator = "list", " "
		if column["max_len"] == nil {
			return "", errors.New("max_len: a sequence needs one here")
		}
	case "meta":
		return "meta is no input of a model", nil
	default:
		return "", fmt.Errorf("type: want categorical, numeric, sequence or meta, got %v", kind)
	}
	if column["share_embedding"] == nil && f.Kind != "numeric" {
		f.MinCount = c.minCount
	}
	for _, key := range slices.Sorted(maps.Keys(column)) {
		if left, err = c.set(f, key, column[key], column); left != "" || err != nil {
			return left, err
		}
	}
	if f.Hash > 0 {
		f.MinCount = 0 // there is none for buckets
	}
	return "", nil
}

// set takes over one key.
func (c *fuxiCTR) set(f *schema.Field, key string, value any, column settings) (left string, err error) {
	text := fmt.Sprint(value)
	switch {
	case key == "share_embedding":
		f.Shares = text
	case key == "min_categr_count" && f.Shares == "" && f.Kind != "numeric":
		f.MinCount, err = wholeNumber(key, value)
	case key == "max_len" && f.Kind == "list":
		f.Length, err = wholeNumber(key, value)
	case key == "splitter" && f.Kind == "list":
		f.Separator = text
	case key == "normalizer" && text == "StandardScaler":
		f.Scale = "standard"
	case (key == "encoder" || key == "feature_encoder") && strings.Contains(text, "MaskedSumPooling"):
		f.Pooling = "sum"
	case (key == "encoder" || key == "feature_encoder") && strings.Contains(text, "MaskedAveragePooling"):
	case key == "category_processor" && text == "hash_bucket":
		f.Hash, err = wholeNumber("num_buckets", column["num_buckets"])
	case key == "num_buckets" && column["category_processor"] == "hash_bucket":
	case key == "na_value" && text == "", key == "padding" && text == "pre":
	case key == "preprocess" && text != "":
		return fuxiCTRTime(f, text), nil
	case slices.Contains(notOfColumns, key):
		c.note("%s: %s is not taken over: %v", f.Name, key, value)
	case key != "preprocess" && !slices.Contains(ignored, key):
		c.lose("%s: %s is not taken over: %v", f.Name, key, value)
	}
	return "", err
}

// fuxiCTRTime takes over the fields that FuxiCTR makes of the times of Avazu.
func fuxiCTRTime(f *schema.Field, preprocess string) (left string) {
	switch preprocess {
	case "convert_hour", "convert_weekday", "convert_weekend":
		f.Derive = strings.TrimPrefix(preprocess, "convert_")
		f.Column, f.Layout = "hour", "06010215"
		return ""
	}
	return "its preprocessing, " + preprocess + ", is not known here"
}
