package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Browser is Chromium, driven by the WebDriver protocol. Its methods end the test if they fail.
type Browser struct {
	t       *testing.T
	session string // the address of the session
}

// New starts Chromium with an empty profile. It skips the test where Chromium or its driver is absent.
func New(t *testing.T) *Browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("there is no chromedriver")
	}
	b := &Browser{t: t}
	address := b.startDriver(driver)
	var answer struct{ SessionID string }
	b.call("POST", address+"/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"timeouts":          map[string]int{"script": 300_000}, // ms: a machine may be busy
		"goog:loggingPrefs": map[string]string{"browser": "ALL", "performance": "ALL"},
		"goog:chromeOptions": map[string]any{"binary": program, "args": []string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(),
		}},
	}}}, &answer)
	b.session = address + "/session/" + answer.SessionID
	t.Cleanup(func() { b.call("DELETE", b.session, nil, nil) })
	return b
}

// startDriver starts the driver, and returns its address once it is ready.
func (b *Browser) startDriver(program string) string {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b.t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(b.t, free.Close())
	cmd := exec.Command(program, fmt.Sprintf("--port=%d", port), "--log-level=OFF")
	require.NoError(b.t, cmd.Start())
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // an error, since it was killed
	})
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	require.Eventually(b.t, func() bool {
		answer, err := http.Get(address + "/status")
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, 20*time.Second, 20*time.Millisecond)
	return address
}

// call sends a command, and reads its value.
func (b *Browser) call(method, address string, body, value any) {
	b.t.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, address, bytes.NewReader(text))
	require.NoError(b.t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, "%s %s: %s", method, address, text)
	if value != nil {
		require.NoError(b.t, json.Unmarshal(text, &struct{ Value any }{value}))
	}
}

// Open opens the page at an address.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.call("POST", b.session+"/url", map[string]string{"url": address}, nil)
}

// Run runs JavaScript in the page, and reads what it returns.
func (b *Browser) Run(script string, value any) {
	b.t.Helper()
	b.call("POST", b.session+"/execute/sync", map[string]any{"script": script, "args": []any{}}, value)
}

// Text is what a reader sees of an element; "" if it is not there, or hidden.
func (b *Browser) Text(selector string) (text string) {
	b.t.Helper()
	b.Run(fmt.Sprintf("return document.querySelector(%q)?.innerText ?? ''", selector), &text)
	return text
}

// Wait waits until a condition in JavaScript holds.
func (b *Browser) Wait(condition string) {
	b.t.Helper()
	require.Eventually(b.t, func() (holds bool) {
		b.Run("return Boolean("+condition+")", &holds)
		return holds
	}, 20*time.Second, 20*time.Millisecond, "%s in: %s", condition, b.Text("body"))
}

// Keys presses keys, one after the other.
func (b *Browser) Keys(text string) {
	b.t.Helper()
	actions := []map[string]string{}
	for _, key := range text {
		actions = append(actions, map[string]string{"type": "keyDown", "value": string(key)}, map[string]string{"type": "keyUp", "value": string(key)})
	}
	b.call("POST", b.session+"/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// EnterKey is the enter key, as Keys presses it.
const EnterKey = "\ue007"

const tabKey = "\ue004"

// TabTo presses the tabulator until an element has the focus.
func (b *Browser) TabTo(id string) {
	b.t.Helper()
	for range 60 {
		var at string
		if b.Run("return document.activeElement.id", &at); at == id {
			return
		}
		b.Keys(tabKey)
	}
	require.Fail(b.t, "the tabulator never reaches "+id)
}

// Console returns what the page has written to the console since the last call, of which errors of the page itself are a part.
func (b *Browser) Console() (messages []string) {
	b.t.Helper()
	for _, m := range b.log("browser") {
		messages = append(messages, m.Level+": "+m.Message)
	}
	return messages
}

// Requests returns the addresses that pages have asked for since the last call, without those of the browser itself.
func (b *Browser) Requests() (addresses []string) {
	b.t.Helper()
	for _, m := range b.log("performance") {
		var event struct {
			Message struct {
				Method string
				Params struct {
					DocumentURL string
					Request     struct{ URL string }
				}
			}
		}
		require.NoError(b.t, json.Unmarshal([]byte(m.Message), &event))
		sent := event.Message.Params
		if event.Message.Method == "Network.requestWillBeSent" && !strings.HasPrefix(sent.DocumentURL, "chrome:") {
			addresses = append(addresses, sent.Request.URL)
		}
	}
	return addresses
}

// entry is one of a log of the browser.
type entry struct{ Level, Message string }

// log returns the entries of a log since the last call.
func (b *Browser) log(name string) (list []entry) {
	b.t.Helper()
	b.call("POST", b.session+"/se/log", map[string]string{"type": name}, &list)
	return list
}
