package synthetic

import (
	"strconv"
	"strings"
	"time"
)

// avazuDigits are the columns of Avazu that are written as small numbers; the others are hashes.
const avazuDigits = "C1 banner_pos device_type device_conn_type C14 C15 C16 C17 C18 C19 C20 C21"

// generatedAvazu is the shape of the training file of Avazu, with about as many values for each
// column as there are in some million rows of it.
func generatedAvazu() generatedLog {
	fields := []drawnField{
		{name: "C1", values: 7, skew: 5},
		{name: "banner_pos", values: 7, skew: 4, effect: 0.2},
		{name: "site_id", values: 4_000, skew: 5, effect: 0.5, pairs: 0.35},
		{name: "site_domain", values: 6_000, skew: 5, effect: 0.2, of: "site_id"},
		{name: "site_category", values: 25, skew: 3, effect: 0.2, pairs: 0.2, of: "site_id"},
		{name: "app_id", values: 7_000, skew: 6, effect: 0.4, pairs: 0.35},
		{name: "app_domain", values: 450, skew: 5, effect: 0.2, of: "app_id"},
		{name: "app_category", values: 35, skew: 3, effect: 0.2, pairs: 0.2, of: "app_id"},
		{name: "device_id", values: 1_500_000, skew: 6, effect: 0.3},
		{name: "device_ip", values: 3_000_000, skew: 1.8, effect: 0.3},
		{name: "device_model", values: 8_000, skew: 3, effect: 0.2, pairs: 0.2},
		{name: "device_type", values: 5, skew: 6},
		{name: "device_conn_type", values: 4, skew: 4, effect: 0.2},
		{name: "C14", values: 2_600, skew: 2.5, effect: 0.4, pairs: 0.35},
		{name: "C15", values: 8, skew: 6, of: "C14"},
		{name: "C16", values: 9, skew: 6, of: "C14"},
		{name: "C17", values: 435, skew: 2, effect: 0.2, pairs: 0.2, of: "C14"},
		{name: "C18", values: 4, skew: 1.5, effect: 0.1, of: "C14"},
		{name: "C19", values: 68, skew: 3, effect: 0.1, of: "C14"},
		{name: "C20", values: 172, skew: 3, effect: 0.1},
		{name: "C21", values: 60, skew: 2, effect: 0.1, of: "C14"},
	}
	l := generatedLog{
		name: "avazu", bias: -2.3, first: []string{"id", "click", "hour"}, start: time.Date(2014, 10, 21, 0, 0, 0, 0, time.UTC),
		begin: func(b []byte, row int, click byte, t time.Time) []byte {
			b = append(strconv.AppendUint(b, 1<<63+uint64(row), 10), ',', click, ',')
			return t.AppendFormat(b, "06010215")
		},
	}
	for _, f := range fields {
		text := hexText
		if strings.Contains(" "+avazuDigits+" ", " "+f.name+" ") {
			text = decimalText
		}
		l.fields = append(l.fields, generatedField{f, text})
	}
	return l
}
