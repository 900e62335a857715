// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	// side is an avatar's, in pixels.
	side = 256
	// mostPixels bounds a picture before it is decoded.
	mostPixels = 40_000_000
	// mostMemory bounds the bytes that decoding a picture takes. What has 40 million pixels of 8 bits fits; the kinds that take more
	// for a pixel have to be smaller, since the manager has other things to do with its memory.
	mostMemory = 200_000_000
	// large is a picture of which only one is decoded at a time.
	large = 50_000_000
	// decodes is how many pictures are decoded at a time.
	decodes = 2
)

var (
	errNotPicture    = errors.New("the file is no picture of a kind that is taken, or a damaged one")
	errTooManyPixels = errors.New("the picture has more pixels than are taken")
)

// format is a kind of picture that is taken. They are told apart by how they begin, never by what the browser says.
type format struct {
	begins string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// formats has "?" for any byte.
var formats = []format{
	{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF8?a", gif.DecodeConfig, gif.Decode},
	{"RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
}

func (f format) matches(data []byte) bool {
	if len(data) < len(f.begins) {
		return false
	}
	for i := range len(f.begins) {
		if f.begins[i] != '?' && f.begins[i] != data[i] {
			return false
		}
	}
	return true
}

func formatOf(data []byte) (format, bool) {
	for _, f := range formats {
		if f.matches(data) {
			return f, true
		}
	}
	return format{}, false
}

// studio makes avatars of pictures, a few at a time.
type studio struct{ places, largePlaces chan struct{} }

func newStudio() *studio {
	return &studio{places: make(chan struct{}, decodes), largePlaces: make(chan struct{}, 1)}
}

// portrait is the avatar of a picture: upright, its centred square, on white, as a JPEG of side by side pixels. It is drawn anew, so
// that nothing else in the file is in it. errNotPicture, errTooManyPixels, or the context's error while all places are taken.
func (s *studio) portrait(ctx context.Context, data []byte) ([]byte, error) {
	f, known := formatOf(data)
	if !known {
		return nil, errNotPicture
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return nil, errNotPicture
	}
	// Neither side alone may pass the bound, so that their product is within an int64.
	if config.Width > mostPixels || config.Height > mostPixels || int64(config.Width)*int64(config.Height) > mostPixels {
		return nil, errTooManyPixels
	}
	about := readJPEG(data)
	memory := config.Width * config.Height * pixelBytes(config, data, about)
	if memory > mostMemory {
		return nil, errTooManyPixels
	}
	leave, err := s.enter(ctx, memory)
	if err != nil {
		return nil, err
	}
	defer leave()
	decoded, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, errNotPicture
	}
	return draft(decoded, about.orientation)
}

// enter waits for a place.
func (s *studio) enter(ctx context.Context, memory int) (leave func(), err error) {
	places := []chan struct{}{s.places}
	if memory > large {
		// Large ones wait before they take a place that a small one could have.
		places = []chan struct{}{s.largePlaces, s.places}
	}
	taken := 0
	leave = func() {
		for _, place := range places[:taken] {
			<-place
		}
	}
	for _, place := range places {
		select {
		case place <- struct{}{}:
			taken++
		case <-ctx.Done():
			leave()
			return nil, fmt.Errorf("wait to decode a picture: %w", ctx.Err())
		}
	}
	return leave, nil
}

// pixelBytes is the most that decoding takes for a pixel.
func pixelBytes(config image.Config, data []byte, about jpegFacts) int {
	bytes := 4
	if config.ColorModel == color.NRGBA64Model || config.ColorModel == color.RGBA64Model {
		bytes = 8
	}
	if about.progressive {
		// Go keeps four bytes for each coefficient of three colours, beside the picture.
		bytes = 15
	}
	// The last byte of the header of a PNG: an interlaced one is decoded from pieces, beside the picture.
	if interlaced := 28; data[0] == 0x89 && len(data) > interlaced && data[interlaced] != 0 {
		bytes *= 2
	}
	return bytes
}

// draft draws the centred square, turned upright.
func draft(decoded image.Image, orientation int) ([]byte, error) {
	square := centre(decoded.Bounds())
	if square.Empty() {
		return nil, errNotPicture
	}
	drawn := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(drawn, drawn.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(drawn, drawn.Bounds(), decoded, square, draw.Over, nil)
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, upright(drawn, orientation), &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("encode an avatar: %w", err)
	}
	return encoded.Bytes(), nil
}

// centre is the largest square in the middle.
func centre(r image.Rectangle) image.Rectangle {
	length := min(r.Dx(), r.Dy())
	corner := r.Min.Add(image.Pt((r.Dx()-length)/2, (r.Dy()-length)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(length, length))}
}

// upright turns a square as its EXIF orientation asks, 1 to 8.
func upright(drawn *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return drawn
	}
	turned := image.NewRGBA(drawn.Bounds())
	const last = side - 1
	for y := range side {
		for x := range side {
			from := map8[orientation](x, y, last)
			turned.SetRGBA(x, y, drawn.RGBAAt(from.X, from.Y))
		}
	}
	return turned
}

// map8 tells for each orientation which stored pixel is shown at x, y.
var map8 = [9]func(x, y, last int) image.Point{
	2: func(x, y, last int) image.Point { return image.Pt(last-x, y) },
	3: func(x, y, last int) image.Point { return image.Pt(last-x, last-y) },
	4: func(x, y, last int) image.Point { return image.Pt(x, last-y) },
	5: func(x, y, _ int) image.Point { return image.Pt(y, x) },
	6: func(x, y, last int) image.Point { return image.Pt(y, last-x) },
	7: func(x, y, last int) image.Point { return image.Pt(last-y, last-x) },
	8: func(x, y, last int) image.Point { return image.Pt(last-y, x) },
}
