// A small server that speaks MongoDB's protocol, for tests: FerretDB over SQLite files in one directory, on a free loopback port.
// It prints its connection string, one line, and ends when its standard input does: whoever started it cannot leave it behind.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: %s <existing directory>", os.Args[0])
	}
	directory, err := filepath.Abs(os.Args[1])
	if err != nil {
		return err
	}
	socket := filepath.Join(directory, "socket")
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{Unix: socket},
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:  "sqlite",
		// What tests write need not outlive the power supply.
		SQLiteURL: (&url.URL{Scheme: "file", OmitHost: true, Path: directory + "/", RawQuery: "_pragma=synchronous(off)"}).String(),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		// It waits for its clients to go; nobody is left to wait for.
		time.AfterFunc(time.Second, func() { os.Exit(0) })
		stop()
	}()
	go accept(listener, socket)
	fmt.Printf("mongodb://%s/\n", listener.Addr())
	return server.Run(ctx)
}

// One command at a time: an update of FerretDB reads and then writes, and another's write may come between the two. What MongoDB
// promises of one document, and all that the store relies on, then holds here too.
var turn sync.Mutex

func accept(listener net.Listener, socket string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			relay(client, socket)
		}()
	}
}

// Until either side goes. Clients go without a word, which is no fault.
func relay(client net.Conn, socket string) {
	server, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer server.Close()
	requests, replies := bufio.NewReader(client), bufio.NewReader(server)
	for {
		request, err := readMessage(requests)
		if err != nil {
			return
		}
		reply, err := exchange(server, replies, request)
		if err != nil {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

func exchange(server net.Conn, replies *bufio.Reader, request []byte) ([]byte, error) {
	turn.Lock()
	defer turn.Unlock()
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	return readMessage(replies)
}

const (
	headerSize = 16
	// MongoDB's own limit (maxMessageSizeBytes), in bytes.
	maxSize = 48_000_000
)

// A message begins with its length, four bytes that count themselves. Every request here has one reply: the driver asks for no
// streaming of a server that does not offer it, and the store acknowledges every write.
func readMessage(from *bufio.Reader) ([]byte, error) {
	head, err := from.Peek(4)
	if err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head)
	if size < headerSize || size > maxSize {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	message := make([]byte, size)
	_, err = io.ReadFull(from, message)
	return message, err
}
