package sqltext

import (
	"fmt"
	"strings"
	"testing"
)

// history is a script as years of migrations leave it: tables, rows, triggers
// behind DELIMITER commands, versioned comments.
func history() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "-- +migrate %[1]d: the orders of year %[1]d\n/*!40101 SET NAMES utf8mb4 */;\n"+
			"CREATE TABLE IF NOT EXISTS `orders_%[1]d` (\n  `id` bigint unsigned NOT NULL AUTO_INCREMENT,\n  `total` decimal(12,2) NOT NULL DEFAULT '0.00',\n"+
			"  `note` varchar(255) COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'free; as it came',\n  PRIMARY KEY (`id`),\n  KEY `by_total` (`total`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n"+
			"INSERT INTO `orders_%[1]d` (`id`, `total`, `note`) VALUES (1, 10.50, 'it''s'), (2, 1e3, NULL), (3, -4, '\\'x\\'');\n"+
			"ALTER TABLE `orders_%[1]d` ADD COLUMN `state` enum('new','paid') NOT NULL DEFAULT 'new', ALGORITHM=INPLACE, LOCK=NONE;\n"+
			"DELIMITER $$\nCREATE TRIGGER `t_%[1]d` BEFORE INSERT ON `orders_%[1]d` FOR EACH ROW BEGIN\n  IF NEW.total < 0 THEN SET NEW.total = 0; END IF;\nEND$$\nDELIMITER ;\n"+
			"CREATE TRIGGER `u_%[1]d` BEFORE UPDATE ON `orders_%[1]d` FOR EACH ROW BEGIN\n  SET NEW.note = CASE WHEN NEW.note = '' THEN NULL ELSE IF(NEW.total > 1, 'big', 'small') END;\nEND;\n\n", i)
	}
	return b.String()
}

func BenchmarkLexerOfHistory(b *testing.B) {
	text := history()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		lx := NewLexer(text, 0, len(text), 0)
		for lx.Next().Kind != EOF {
		}
	}
}

func BenchmarkSplitOfHistory(b *testing.B) {
	f := NewFile("f.sql", history())
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if n := len(Split(f, 0, len(f.Text), 0)); n != 6*500 {
			b.Fatalf("%d statements", n)
		}
	}
}
