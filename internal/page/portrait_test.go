// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// aWebP is a picture of one pixel.
const aWebP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"

func asGIF(t testing.TB, drawn image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	paletted := image.NewPaletted(drawn.Bounds(), palette.WebSafe)
	for y := range drawn.Bounds().Dy() {
		for x := range drawn.Bounds().Dx() {
			paletted.Set(x, y, drawn.At(x, y))
		}
	}
	if err := gif.Encode(&b, paletted, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func webP(t testing.TB) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(aWebP)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// turned is a JPEG whose EXIF says how to turn it, with a secret beside.
func turned(t testing.TB, drawn image.Image, orientation uint16, order binary.AppendByteOrder) []byte {
	t.Helper()
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	tiff := order.AppendUint16([]byte(mark), 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = append(tiff, entry(order, 0x010e, 2, 0)...)
	tiff = append(tiff, entry(order, 0x0112, 3, orientation)...)
	content := append([]byte("Exif\x00\x00"), tiff...)
	content = append(content, "taken at home"...)
	plain := asJPEG(t, drawn)
	data := append([]byte{}, plain[:2]...)
	data = append(data, 0xff, markerEXIF)
	data = binary.BigEndian.AppendUint16(data, uint16(len(content)+2))
	return append(append(data, content...), plain[2:]...)
}

func entry(order binary.AppendByteOrder, tag, kind, value uint16) []byte {
	e := order.AppendUint16(nil, tag)
	e = order.AppendUint16(e, kind)
	e = order.AppendUint32(e, 1)
	return append(order.AppendUint16(e, value), 0, 0)
}

func decoded(t testing.TB, data []byte) image.Image {
	t.Helper()
	drawn, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("an avatar should be a JPEG: %v", err)
	}
	if got := drawn.Bounds(); got != image.Rect(0, 0, side, side) {
		t.Fatalf("an avatar should have %d by %d pixels, and has %v", side, side, got)
	}
	return drawn
}

func TestEveryKindOfPictureIsTaken(t *testing.T) {
	for name, data := range map[string][]byte{
		"PNG": asPNG(t, picture(300, 200)), "JPEG": asJPEG(t, picture(300, 200)), "GIF": asGIF(t, picture(300, 200)), "WebP": webP(t),
		"one pixel": asPNG(t, picture(1, 1)), "a line": asPNG(t, picture(5000, 1)), "deep": asPNG(t, image.NewNRGBA64(image.Rect(0, 0, 20, 30))),
	} {
		t.Run(name, func(t *testing.T) {
			made, err := newStudio().portrait(context.Background(), data)
			if err != nil {
				t.Fatalf("the picture should be taken: %v", err)
			}
			decoded(t, made)
		})
	}
}

// TestPicturesAreTurnedUpright asks which corner is where: the picture has its red corner at the upper left.
func TestPicturesAreTurnedUpright(t *testing.T) {
	drawn := image.NewRGBA(image.Rect(0, 0, 64, 64))
	corners := []struct {
		at     image.Point
		colour color.RGBA
		name   string
	}{
		{image.Pt(0, 0), color.RGBA{R: 255, A: 255}, "red"}, {image.Pt(32, 0), color.RGBA{G: 255, A: 255}, "green"},
		{image.Pt(0, 32), color.RGBA{B: 255, A: 255}, "blue"}, {image.Pt(32, 32), color.RGBA{R: 255, G: 255, B: 255, A: 255}, "white"},
	}
	for _, c := range corners {
		for y := range 32 {
			for x := range 32 {
				drawn.SetRGBA(c.at.X+x, c.at.Y+y, c.colour)
			}
		}
	}
	name := func(shown color.Color) string {
		r, g, b, _ := shown.RGBA()
		best, nearest := "", uint32(1<<31)
		for _, c := range corners {
			cr, cg, cb, _ := c.colour.RGBA()
			if off := apart(r, cr) + apart(g, cg) + apart(b, cb); off < nearest {
				best, nearest = c.name, off
			}
		}
		return best
	}
	// What stands at the upper left, upper right, lower left and lower right, as the standard shows it.
	want := map[uint16][]string{
		0: {"red", "green", "blue", "white"}, 1: {"red", "green", "blue", "white"}, 2: {"green", "red", "white", "blue"},
		3: {"white", "blue", "green", "red"}, 4: {"blue", "white", "red", "green"}, 5: {"red", "blue", "green", "white"},
		6: {"blue", "red", "white", "green"}, 7: {"white", "green", "blue", "red"}, 8: {"green", "white", "red", "blue"},
		9: {"red", "green", "blue", "white"},
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for orientation, corners := range want {
			made, err := newStudio().portrait(context.Background(), turned(t, drawn, orientation, order))
			if err != nil {
				t.Fatal(err)
			}
			shown := decoded(t, made)
			got := []string{name(shown.At(64, 64)), name(shown.At(192, 64)), name(shown.At(64, 192)), name(shown.At(192, 192))}
			if diff := cmp.Diff(corners, got); diff != "" {
				t.Errorf("orientation %d in %v should show these corners (-want +got):\n%s", orientation, order, diff)
			}
			if bytes.Contains(made, []byte("Exif")) || bytes.Contains(made, []byte("taken at home")) {
				t.Error("nothing else in the file should be in the avatar")
			}
		}
	}
}

func apart(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func TestTheMiddleIsCutOutOnWhite(t *testing.T) {
	drawn := image.NewNRGBA(image.Rect(0, 0, 300, 100))
	for y := range 100 {
		for x := 100; x < 200; x++ {
			drawn.SetNRGBA(x, y, color.NRGBA{R: 255, A: uint8(255 * (y / 50))}) // its upper half can be seen through
		}
	}
	made, err := newStudio().portrait(context.Background(), asPNG(t, drawn))
	if err != nil {
		t.Fatal(err)
	}
	shown := decoded(t, made)
	for _, x := range []int{8, 128, 248} {
		if _, g, _, _ := shown.At(x, 40).RGBA(); g < 0xf000 {
			t.Errorf("what can be seen through should be white at %d", x)
		}
		if _, g, _, _ := shown.At(x, 210).RGBA(); g > 0x2000 {
			t.Errorf("the middle should be red at %d", x)
		}
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	interlaced := hugePNG(6000, 6000)
	interlaced[28] = 1
	deep := hugePNG(6000, 6000)
	deep[24] = 16
	good := asJPEG(t, picture(300, 200))
	tests := map[string]struct {
		reason string
		data   []byte
		want   error
	}{
		"nothing":       {"nothing is no picture", nil, errNotPicture},
		"SVG":           {"it may hold a script", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), errNotPicture},
		"cut off":       {"half of it is missing", good[:len(good)/2], errNotPicture},
		"only a head":   {"the rest is missing", hugePNG(10, 10), errNotPicture},
		"no size":       {"nothing is to be seen", hugePNG(0, 10), errNotPicture},
		"huge":          {"decoding it would take all memory", hugePNG(20_000, 20_000), errTooManyPixels},
		"long":          {"one side alone is too long", hugePNG(1<<31-1, 1), errTooManyPixels},
		"just above":    {"40 million are taken, and no more", hugePNG(40_000_001, 1), errTooManyPixels},
		"just below":    {"40 million are taken; then the rest is missing", hugePNG(8000, 5000), errNotPicture},
		"interlaced":    {"it takes twice the memory", fixCRC(interlaced), errTooManyPixels},
		"deep":          {"it takes twice the memory", fixCRC(deep), errTooManyPixels},
		"progressive":   {"it takes much more memory", progressive(6000, 6000), errTooManyPixels},
		"another JPEG":  {"one that needs no more is decoded; then the rest is missing", progressive(600, 600), errNotPicture},
		"a lying start": {"it only begins like one", []byte("\x89PNG\r\n\x1a\n<script>"), errNotPicture},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := newStudio().portrait(context.Background(), test.data); !errors.Is(err, test.want) {
				t.Errorf("%s: the picture should be refused with %q, and is with: %v", test.reason, test.want, err)
			}
		})
	}
}

// progressive is the head of a JPEG that comes in several passes.
func progressive(width, height uint16) []byte {
	data := []byte{0xff, 0xd8, 0xff, markerProgressive, 0, 17, 8}
	data = binary.BigEndian.AppendUint16(data, height)
	data = binary.BigEndian.AppendUint16(data, width)
	return append(data, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, markerScan, 0, 8)
}

func TestOnlySoManyPicturesAtATime(t *testing.T) {
	s := newStudio()
	over, cancel := context.WithCancel(context.Background())
	cancel()
	leave, err := s.enter(context.Background(), large+1)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever has to wait with a context that is over is sent away.
	if _, err := s.enter(over, large+1); !errors.Is(err, context.Canceled) {
		t.Errorf("a second large picture should wait, and does not: %v", err)
	}
	leaveSmall, err := s.enter(context.Background(), 1)
	if err != nil {
		t.Fatalf("a small one should find a place beside: %v", err)
	}
	if _, err := s.enter(over, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a third picture should wait, and does not: %v", err)
	}
	leave()
	leaveSmall()
	if len(s.places) != 0 || len(s.largePlaces) != 0 {
		t.Errorf("all places should be free again, and %d and %d are taken", len(s.places), len(s.largePlaces))
	}
}

func FuzzAvatar(f *testing.F) {
	f.Add(asPNG(f, picture(30, 20)))
	f.Add(asJPEG(f, picture(30, 20)))
	f.Add(turned(f, picture(30, 20), 6, binary.BigEndian))
	f.Add(turned(f, picture(30, 20), 8, binary.LittleEndian))
	f.Add(asGIF(f, picture(30, 20)))
	f.Add(webP(f))
	f.Add(hugePNG(20_000, 20_000))
	f.Add(progressive(64, 64))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 3})
	s := newStudio()
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := s.portrait(t.Context(), data)
		switch {
		case err == nil:
			decoded(t, made)
		case !errors.Is(err, errNotPicture) && !errors.Is(err, errTooManyPixels):
			t.Errorf("a picture should be taken or refused for what it is, and: %v", err)
		}
	})
}
