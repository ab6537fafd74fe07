package synthetic

import (
	"math"
	"strconv"
	"time"
)

// generatedLZD is the shape of known.LZD. Most users and queries occur once or twice, with small effects
// of their own, which is what a model with large embeddings learns by heart from the second epoch
// on. An item has one seller, brand, category and price.
func generatedLZD() generatedLog {
	fields := []drawnField{
		{name: "user", values: 1_000_000, skew: 1.4, effect: 0.35},
		{name: "query", values: 300_000, skew: 2.2, effect: 0.25, pairs: 0.2},
		{name: "item", values: 200_000, skew: 3, effect: 0.5, pairs: 0.35},
		{name: "seller", values: 10_000, skew: 2, effect: 0.3, pairs: 0.35, of: "item"},
		{name: "brand", values: 5_000, skew: 2.5, effect: 0.3, pairs: 0.2, of: "item"},
		{name: "category", values: 500, skew: 2, effect: 0.3, pairs: 0.35, of: "item"},
		{name: "price", values: 1_000, skew: 1, of: "item"},
		{name: "position", values: 20, skew: 1.5, effect: 0.4},
		{name: "device", values: 6, skew: 1.5, effect: 0.3, pairs: 0.2},
	}
	l := generatedLog{
		name: "lzd", bias: -2.5, first: []string{"click", "time"}, start: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC),
		begin: func(b []byte, _ int, click byte, t time.Time) []byte {
			return t.AppendFormat(append(b, click, ','), time.DateTime)
		},
	}
	for _, f := range fields {
		text := decimalText
		if f.name == "price" {
			text = priceText
		}
		l.fields = append(l.fields, generatedField{f, text})
	}
	return l
}

// priceText writes 0.50 for the lowest of a thousand prices and some ten thousand for the highest.
func priceText(b []byte, value int32) []byte {
	return strconv.AppendFloat(b, 0.5*math.Pow(1.01, float64(value)), 'f', 2, 64)
}
